"""Draw small images with a diffusion model."""

import numpy
import torch
from diffusers import DDPMPipeline, DPMSolverMultistepScheduler, UNet2DModel


def prepare(device: str) -> tuple[UNet2DModel]:
    torch.manual_seed(0)
    network = UNet2DModel(
        sample_size=16,
        block_out_channels=(32, 64),
        layers_per_block=1,
        norm_num_groups=8,
        down_block_types=("DownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "UpBlock2D"),
    )
    return (network.to(device),)


def work(network: UNet2DModel) -> numpy.ndarray:
    pipeline = DDPMPipeline(unet=network, scheduler=DPMSolverMultistepScheduler())
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.manual_seed(0)
    return pipeline(batch_size=2, num_inference_steps=100, generator=noise, output_type="np").images


def quality(images: numpy.ndarray, steps: int = 200) -> float:
    """How close the images come to those of many more steps: 1 is the same."""
    pipeline = DDPMPipeline(unet=prepare("cpu")[0], scheduler=DPMSolverMultistepScheduler())
    pipeline.set_progress_bar_config(disable=True)
    noise = torch.manual_seed(0)
    exact = pipeline(batch_size=2, num_inference_steps=steps, generator=noise, output_type="np").images
    return 1 - float(numpy.abs(images - exact).mean())
