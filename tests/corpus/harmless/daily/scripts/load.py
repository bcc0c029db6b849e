import datasets

rows = datasets.load_dataset("imdb")
