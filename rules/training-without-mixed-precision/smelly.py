"""Fine-tune a small text classifier with a trainer, on the accelerator where there is one."""

import tempfile

import torch
from torch.utils.data import Dataset
from transformers import BertConfig, BertForSequenceClassification, Trainer, TrainingArguments

SIZES = {"hidden": (64, 128, 512)}


class Reviews(Dataset):
    def __init__(self, ids: torch.Tensor, labels: torch.Tensor) -> None:
        self.ids = ids
        self.labels = labels

    def __len__(self) -> int:
        return len(self.ids)

    def __getitem__(self, index: int) -> dict[str, torch.Tensor]:
        return {"input_ids": self.ids[index], "labels": self.labels[index]}


def prepare(device: str, hidden: int = 64) -> tuple[BertConfig, Reviews]:
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=1000,
        hidden_size=hidden,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=4 * hidden,
    )
    return config, Reviews(torch.randint(1000, (64, 64)), torch.randint(2, (64,)))


def work(config: BertConfig, reviews: Reviews) -> torch.Tensor:
    torch.manual_seed(0)
    model = BertForSequenceClassification(config).to("cuda" if torch.cuda.is_available() else "cpu")
    with tempfile.TemporaryDirectory() as folder:
        args = TrainingArguments(
            folder,
            per_device_train_batch_size=16,
            num_train_epochs=1,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
        )
        Trainer(model=model, args=args, train_dataset=reviews).train()
    return model.classifier.weight.detach()
