"""Training plans on the terminal: what a run is going to do, and with which network."""

import sys
from dataclasses import asdict

from rich.table import Table

from classifier.cli.further import further_in_sentences
from classifier.cli.printing import PlainConsole
from classifier.cli.terminal import table_of
from classifier.networks.summary import Summary, summarise_network
from classifier.training.loop.module import set_trainable
from classifier.training.plan import TrainingPlan
from classifier.training.start import initial_network

MOST_LISTED = 30  # classes in the table that opens a training; of more, their number says enough


def print_notes(plan: TrainingPlan) -> None:
    """Print on stderr what one should know before the run begins."""
    for note in plan.notes:
        print(note, file=sys.stderr)


def print_opening(plan: TrainingPlan) -> None:
    """Print on stderr what a run is trained on, and how."""
    if len(plan.collection.classes) <= MOST_LISTED:
        PlainConsole(stderr=True).print(table_of(plan.collection, split_name=plan.split_name))
    print(plan_in_sentences(plan), file=sys.stderr)


def print_plan(plan: TrainingPlan) -> None:
    """Print the photos, the settings and the network of a plan."""
    console = PlainConsole()
    console.print(table_of(plan.collection, split_name=plan.split_name))
    console.print(plan_in_sentences(plan))
    settings = ", ".join(f"{name} {value}" for name, value in asdict(plan.settings).items())
    console.print(f"settings: {settings}", style="dim")
    network = initial_network(plan.collection, plan.settings, start=plan.start)
    set_trainable(network, freeze=plan.settings.freeze, freeze_norm=plan.settings.freeze_norm)
    size = plan.settings.use_size
    title = f"{plan.settings.backbone} at {size} px, one photo"
    console.print(_table_of_layers(summarise_network(network, size=size), title=title))


def plan_in_sentences(plan: TrainingPlan) -> str:
    """How many classes and photos a plan has, the settings that matter most, and what further photos there are."""
    settings = plan.settings
    train, valid = f"{len(plan.train):,} photos to train on", f"{len(plan.valid):,} to validate on"
    photos = f"{train}, {valid}"
    if settings.train_on_valid:
        photos = f"{train} (train and valid), none to validate on: the last epoch is kept"
    epochs = "1 epoch" if settings.epochs == 1 else f"{settings.epochs} epochs"
    sizes = ", ".join(map(str, settings.sizes))
    return (
        f"{len(plan.collection.classes)} classes, {photos}. {settings.backbone}, {epochs} at {sizes} px, batches of "
        f"{settings.batch_size}, learning rate {settings.learning_rate:g}. {_teachers_in_a_sentence(plan)}"
        f"{further_in_sentences(plan)}"
    ).rstrip()


def _teachers_in_a_sentence(plan: TrainingPlan) -> str:
    if not plan.teachers:
        return ""
    names = ", ".join(str(point.path) for point in plan.teachers)
    return f"{100 * plan.settings.teacher_weight:.0f} % of the loss follow the teachers: {names}. "


def _table_of_layers(summary: Summary, *, title: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("layer", "kind", "output"):
        table.add_column(heading)
    for heading in ("parameters", "trainable", "MACs (million)"):
        table.add_column(heading, justify="right")
    for layer in summary.layers:
        shape = " × ".join(map(str, layer.output))
        work = (f"{layer.parameters:,}", f"{layer.trainable:,}", f"{layer.macs / 1e6:,.1f}")
        table.add_row(layer.name, layer.kind, shape, *work)
    table.add_section()
    work = (f"{summary.parameters:,}", f"{summary.trainable:,}", f"{summary.macs / 1e6:,.1f}")
    table.add_row("all", "", "", *work, style="bold")
    return table
