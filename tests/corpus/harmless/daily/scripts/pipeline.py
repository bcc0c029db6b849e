from transformers import pipeline

pipe = pipeline("ner")
