"""The training loop in Lightning: loaders, module, callbacks and trainer. What is trained is decided in `plan`."""
