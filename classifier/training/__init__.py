"""Training: settings, plans, fine-tuning with PyTorch Lightning, and run folders. Nothing of the command line.

    from pathlib import Path

    from classifier.data.folders import read_folder
    from classifier.training.fit import fit
    from classifier.training.plan import plan_training
    from classifier.training.run_folder import RunFolder

    plan = plan_training(read_folder(Path("photos")).collection, epochs=3)
    fit(plan, RunFolder.of(Path("runs/photos/best.safetensors")))

`resume.read_plan` reads the plan of a run that was begun; `lr_finder.range_test` suggests a learning rate for a plan.
"""
