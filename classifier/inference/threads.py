"""Threads of the numerical libraries: one pool computes, the others hold still."""

from threadpoolctl import threadpool_limits


def hold_blas_to_one_thread() -> None:
    """Let NumPy's BLAS compute on the thread that calls it, in the whole process from now on.

    Its threads go on spinning for some milliseconds after each product, just when the network needs the cores: on two
    cores a prediction took 2 to 3 times as long (`benchmarks/predict.py`). The products of one answer are too small to
    gain by threads. PyTorch's threads are not touched: it has a BLAS of its own.
    """
    threadpool_limits(1, user_api="blas")
