import datasets

NAME = datasets.__name__  # no GeneratorBasedBuilder
