"""The words of documents: prose of authors, sentences of ours, one table a language."""
