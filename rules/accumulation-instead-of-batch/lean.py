"""Fine-tune a small text classifier for one epoch."""

import tempfile

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments


class Texts(Dataset):
    def __init__(self, count: int) -> None:
        self.tokens = torch.randint(500, (count, 24))
        self.labels = torch.randint(2, (count,))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, place: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.tokens[place], "labels": self.labels[place]}


def prepare(device: str) -> tuple[str, Texts]:
    torch.manual_seed(0)
    return device, Texts(128)


def work(device: str, texts: Texts) -> torch.Tensor:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=500,
        hidden_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertForSequenceClassification(config)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=1,
            per_device_train_batch_size=8,
            gradient_accumulation_steps=4,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            use_cpu=device == "cpu",
        )
        Trainer(model=model, args=arguments, train_dataset=texts).train()
    return model.classifier.weight.detach().cpu()
