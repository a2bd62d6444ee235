"""The vocabulary: values, enums and rules. Imports the standard library and pydantic only."""
