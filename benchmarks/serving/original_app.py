"""The path of the app that this project began from: Pillow, torchvision's transforms, VGG16, eager PyTorch.

    python -m gunicorn --threads 8 "benchmarks.serving.original_app:serve()"

The weights are random, which costs the same.
"""

import io
from collections.abc import Callable

import torch
from flask import Flask, Response, jsonify, request
from PIL import Image
from torchvision import models, transforms

CLASSES = 102
TRANSFORM = transforms.Compose(
    [
        transforms.Resize(256),
        transforms.CenterCrop(224),
        transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
    ]
)


def create_server(network: Callable[[torch.Tensor], torch.Tensor]) -> Flask:
    """A server with `POST /classify`: the bytes of a photo → five [class, probability], best first."""
    server = Flask(__name__)

    @server.get("/")
    def ready() -> str:
        return "ready"

    @server.post("/classify")
    def classify() -> Response:
        image = Image.open(io.BytesIO(request.get_data())).convert("RGB")
        with torch.no_grad():
            shares = torch.softmax(network(TRANSFORM(image).unsqueeze(0)), dim=1)
        best = shares[0].topk(5)
        return jsonify([[int(place), float(share)] for share, place in zip(best.values, best.indices, strict=True)])

    return server


def serve() -> Flask:
    """The server with VGG16."""
    return create_server(models.vgg16(weights=None, num_classes=CLASSES, init_weights=False).eval())
