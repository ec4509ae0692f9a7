"""The Python half of test/real/llamafactory.sh: `check FOLDER` before the training, `after FOLDER` after it."""

import dataclasses
import datetime
import importlib.metadata
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
step, folder = sys.argv[1:]
expected = json.load(open(os.path.join(folder, "expected.json")))


def fail(message):
    sys.exit(f"FAILED: {message}")


def check_keys():
    from omegaconf import OmegaConf

    from llamafactory.hparams.parser import _TRAIN_ARGS

    known = {field.name for cls in _TRAIN_ARGS for field in dataclasses.fields(cls) if field.init}
    ours = OmegaConf.to_container(OmegaConf.load(os.path.join(folder, "recipe.yaml")))
    unknown = sorted(set(ours) - known)
    if unknown:
        fail(f"our yaml has keys that LLaMA-Factory does not know: {unknown}")
    if not isinstance(ours["learning_rate"], float):
        fail(f"learning_rate is read as {ours['learning_rate']!r}")
    print(f"all {len(ours)} keys of the recipe's yaml are known; learning_rate reads as {ours['learning_rate']}")
    gone, new = sorted(set(expected["keys"]) - known), sorted(known - set(expected["keys"]))
    print(f"src/train/keys.ts: {len(gone)} keys are gone, {len(new)} are new {gone + new if gone or new else ''}")
    if gone:
        fail("src/train/keys.ts allows keys that the installed version does not know")


def check_data():
    from types import SimpleNamespace

    from llamafactory.data.converter import SharegptDatasetConverter
    from llamafactory.data.parser import get_dataset_list

    for name, rows, skipped in (
        (expected["name"], expected["rows"], expected["skipped"]),
        ("bad", expected["badRows"], expected["badSkipped"]),
    ):
        (attributes,) = get_dataset_list([name], folder)
        convert = SharegptDatasetConverter(attributes, SimpleNamespace(media_dir=folder))
        data = json.load(open(os.path.join(folder, attributes.dataset_name)))
        theirs = [index for index, row in enumerate(data) if not convert(row)["_response"]]
        if len(data) != rows or theirs != skipped:
            fail(f"{name}: LLaMA-Factory skips rows {theirs} of {len(data)}, ours says {skipped} of {rows}")
        print(f"{name}: {rows} rows, {len(skipped)} skipped, as ours says")


def make_model():
    """A random two-layer Qwen2, and a tokenizer trained on the set."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    info = json.load(open(os.path.join(folder, "dataset_info.json")))
    rows = json.load(open(os.path.join(folder, info[expected["name"]]["file_name"])))
    texts = [text for row in rows for text in [row["system"], *(turn["value"] for turn in row["conversations"])]]
    special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        texts, trainers.BpeTrainer(vocab_size=1024, special_tokens=special, initial_alphabet=alphabet, show_progress=False)
    )
    template = (
        "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
        "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
    )
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=template
    )
    torch.manual_seed(7)
    config = Qwen2Config(
        vocab_size=len(fast),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
    )
    model = Qwen2ForCausalLM(config)
    fast.save_pretrained(os.path.join(folder, "model"))
    model.save_pretrained(os.path.join(folder, "model"))
    parameters = sum(weight.numel() for weight in model.parameters())
    json.dump({"parameters": parameters}, open(os.path.join(folder, "model.json"), "w"))
    print(f"a random 2-layer Qwen2 of {parameters:,} parameters, vocabulary {len(fast)}")


def after():
    log = [json.loads(line) for line in open(os.path.join(folder, "output/trainer_log.jsonl"))]
    losses = [line["loss"] for line in log if "loss" in line]
    results = json.load(open(os.path.join(folder, "output/train_results.json")))
    if len(losses) < 50 or log[-1]["current_steps"] != log[-1]["total_steps"]:
        fail(f"the log has {len(losses)} steps and ends at {log[-1]}")
    version = {name: importlib.metadata.version(name) for name in ("llamafactory", "torch", "transformers")}
    print(f"{len(losses)} steps, loss {losses[0]} to {losses[-1]}, {results['train_runtime']} s")
    parameters = json.load(open(os.path.join(folder, "model.json")))["parameters"]
    origin = {
        "tool": f"LLaMA-Factory {version['llamafactory']}",
        "model": f"a random 2-layer Qwen2 of {parameters:,} parameters",
        "data": f"{expected['rows']} rows from {expected['from']}, 3 epochs, batch {expected['batch']}",
        "dataSha256": expected["sha256"],
        "date": datetime.date.today().isoformat(),
        "machine": "CPU",
        "note": f"torch {version['torch']}, transformers {version['transformers']}; the recipe's yaml without DeepSpeed "
        "and bf16, with cutoff 2048 and learning rate 3e-3, because random weights show nothing at 1e-5",
        "results": results,
    }
    with open(os.path.join(folder, "origin.json"), "w") as file:
        json.dump(origin, file, indent=2)
        file.write("\n")


if step == "check":
    check_keys()
    check_data()
    make_model()
else:
    after()
