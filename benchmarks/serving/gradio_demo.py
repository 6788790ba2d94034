"""The Gradio demo that the site is compared with: `gr.Interface`, as Gradio's guides write it. Runs in .venv-bench.

GRADIO_ANALYTICS_ENABLED=False python -m benchmarks.serving.gradio_demo FILE.safetensors ENGINE PORT
"""

import sys

from PIL import Image

from classifier.inference.classifier import Classifier


def main() -> None:
    import gradio

    checkpoint, engine, port = sys.argv[1:]
    classifier = Classifier.load(checkpoint, engine=engine, device="cpu", plain=True)

    def predict(image: Image.Image) -> dict[str, float]:
        return confidences(classifier, image)

    demo = gradio.Interface(predict, gradio.Image(type="pil"), gradio.Label(num_top_classes=5), api_name="predict")
    demo.launch(server_name="127.0.0.1", server_port=int(port), share=False, quiet=True, ssr_mode=False)


def confidences(classifier: Classifier, image: Image.Image) -> dict[str, float]:
    """Name → probability of the five likeliest classes."""
    (prediction,) = classifier.predict([image])
    return {candidate.name: candidate.probability for candidate in prediction.candidates}


if __name__ == "__main__":
    main()
