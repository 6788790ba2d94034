"""Training: settings, plan and run of a fine-tuning. It measures nothing but what it needs to choose an epoch."""
