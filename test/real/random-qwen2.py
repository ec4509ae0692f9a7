"""A random Qwen2 for CPUs, with a tokenizer trained on a training set: `random-qwen2.py DATASET.json FOLDER`.

Two layers of width 128, four heads. Digits are tokens of their own; everything else that the rows share may become
one token, so that a row is some forty tokens long.
"""

import json
import sys

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
dataset, folder = sys.argv[1:]
rows = json.load(open(dataset))
texts = [
    f"<|im_start|>system\n{row['system']}<|im_end|>\n<|im_start|>user\n{row['conversations'][0]['value']}<|im_end|>\n"
    f"<|im_start|>assistant\n{row['conversations'][1]['value']}<|im_end|>\n"
    for row in rows
]
tokenizer = Tokenizer(models.BPE())
tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
    [pre_tokenizers.Split(Regex(' ?[0-9]'), 'isolated'), pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]
)
tokenizer.decoder = decoders.ByteLevel()
tokenizer.train_from_iterator(
    texts,
    trainers.BpeTrainer(
        vocab_size=512,
        special_tokens=["<|endoftext|>", "<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    ),
)
fast = PreTrainedTokenizerFast(
    tokenizer_object=tokenizer, eos_token="<|im_end|>", pad_token="<|endoftext|>", chat_template=TEMPLATE
)
torch.manual_seed(7)
model = Qwen2ForCausalLM(
    Qwen2Config(
        vocab_size=len(fast),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=1024,
        tie_word_embeddings=True,
    )
)
fast.save_pretrained(folder)
model.save_pretrained(folder)
length = max(len(fast(text)["input_ids"]) for text in texts)
print(json.dumps({"parameters": sum(w.numel() for w in model.parameters()), "vocabulary": len(fast), "longest": length}))
