"""Updates of the app: looking for them, what is new in them, fetching and starting one."""
