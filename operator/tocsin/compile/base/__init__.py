"""The base: an Alertmanager configuration that was there before, judged and merged below ours."""
