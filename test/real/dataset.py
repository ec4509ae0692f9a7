"""The Python half of test/real/dataset.sh: `tokenizer FOLDER` trains a small one, `check FOLDER` loads every set."""

import importlib.metadata
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
step, folder = sys.argv[1:]


def fail(message):
    sys.exit(f"FAILED: {message}")


def make_tokenizer():
    """A byte-level BPE with Qwen's way of cutting a text and Qwen's control tokens, trained on the set."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    rows = json.load(open(os.path.join(folder, "set.json")))
    texts = [text for row in rows for text in [row["system"], *(turn["value"] for turn in row["conversations"])]]
    cut = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(cut), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=8192,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=template
    )
    fast.save_pretrained(os.path.join(folder, "model"))
    json.dump({"model_type": "qwen2"}, open(os.path.join(folder, "model", "config.json"), "w"))
    print(f"a tokenizer of {len(fast)} tokens, trained on {len(texts)} texts")


def check():
    from llamafactory.data import get_dataset, get_template_and_fix_tokenizer
    from llamafactory.hparams import get_train_args
    from transformers import AutoTokenizer

    expected = json.load(open(os.path.join(folder, "expected.json")))
    tokenizer = AutoTokenizer.from_pretrained(os.path.join(folder, "model"))
    all_rows = all_tokens = 0
    for name, want in expected["sets"].items():
        arguments = {
            "model_name_or_path": os.path.join(folder, "model"),
            "stage": "rm" if want["ranking"] else "sft",
            "do_train": True,
            "dataset": name,
            "dataset_dir": folder,
            "template": "qwen",
            "cutoff_len": 16384,
            "preprocessing_num_workers": 1,
            "output_dir": os.path.join(folder, "out"),
            "use_cpu": True,
            "report_to": "none",
        }
        model_args, data_args, training_args, _, _ = get_train_args(arguments)
        template = get_template_and_fix_tokenizer(tokenizer, data_args)
        loaded = get_dataset(template, model_args, data_args, training_args, stage=arguments["stage"], tokenizer=tokenizer)
        data = loaded["train_dataset"]
        if len(data) != want["trained"]:
            fail(f"{name}: LLaMA-Factory uses {len(data)} of {want['rows']} rows, ours says {want['trained']}")
        if name == "bad":
            print(f"{name}: {len(data)} of {want['rows']} rows are used, as checkDataset says")
            continue
        keys = ["chosen_input_ids", "rejected_input_ids"] if want["ranking"] else ["input_ids"]
        for row, counts in zip(data, want["counts"]):
            for key, (prompt, answer) in zip(keys, counts):
                theirs = len(row[key])
                learned = sum(1 for label in row[key.replace("input_ids", "labels")] if label != -100)
                if theirs != prompt + answer or learned != answer:
                    fail(f"{name}: {theirs} tokens, {learned} learned; ours counts {prompt + answer} and {answer}")
                all_tokens += theirs
        all_rows += len(data)
        print(f"{name}: {len(data)} of {want['rows']} rows, every count of tokens as ours")
    version = {package: importlib.metadata.version(package) for package in ("llamafactory", "transformers", "tokenizers")}
    print(f"{all_rows} rows, {all_tokens} tokens, in {', '.join(f'{name} {number}' for name, number in version.items())}")


if step == "tokenizer":
    make_tokenizer()
else:
    check()
