"""Settings, secrets and the data folder."""
