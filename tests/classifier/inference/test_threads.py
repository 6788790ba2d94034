import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from classifier.inference.threads import hold_blas_to_one_thread


def blas_threads() -> list[int]:
    return [pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"]


def test_blas_computes_on_one_thread_and_torch_on_as_many_as_before() -> None:
    import torch

    with threadpool_limits(2, user_api="blas"):  # gives back what other tests began with
        before = torch.get_num_threads()
        hold_blas_to_one_thread()
        assert set(blas_threads()) == {1}
        assert torch.get_num_threads() == before
        assert np.array_equal(np.eye(3) @ np.eye(3), np.eye(3))
