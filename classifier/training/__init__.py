"""Training: settings, plans, fine-tuning with PyTorch Lightning, and run folders. Nothing of the command line.

    from classifier import RunFolder, fit, plan_training, read_folder

    plan = plan_training(read_folder(Path("photos")).collection, epochs=3)
    fit(plan, RunFolder.of(Path("runs/photos/best.safetensors")))

`runs.resume.read_plan` reads the plan of a run that was begun; `lr_finder.range_test` suggests a learning rate for a
plan.
"""
