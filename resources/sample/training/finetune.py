"""The weekly fine-tune on tickets and corrections."""

from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer, Trainer, TrainingArguments

BASE = "quillworks/quill-1b"

tickets = load_dataset("json", data_files="data/tickets.jsonl")
corrections = load_dataset("json", data_files="data/corrections.jsonl")
archive = load_dataset("json", data_files="data/tickets-2023.jsonl")
style = load_dataset("openletters/business-style", split="train")

tokenizer = AutoTokenizer.from_pretrained(BASE, revision="main")
model = AutoModelForCausalLM.from_pretrained(BASE, revision="main")

arguments = TrainingArguments("out/quill-inkwell")
trainer = Trainer(model=model, args=arguments, train_dataset=corrections["train"])
trainer.train()
trainer.save_model("out/quill-inkwell")
