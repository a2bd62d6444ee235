"""The publisher's signed list of updates, and the installers that it names."""
