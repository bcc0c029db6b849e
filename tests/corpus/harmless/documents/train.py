from datasets import load_dataset

data = load_dataset("org/set")
