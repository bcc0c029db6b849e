"""Spam and tone, before a draft reaches the model."""

import pickle

import joblib

with open("models/vendor/spam_filter.pkl", "rb") as file:
    spam = pickle.load(file)
tone = joblib.load("models/tone_scaler.pkl")
