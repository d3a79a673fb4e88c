"""Which names promise a secret, and which only sound like it."""

from __future__ import annotations

import pytest

from samerun.basics.secret_names import is_secret_name

SECRET = """
api_key API_KEY apiKey apikey --api-key OPENAI_API_KEY WANDB_API_KEY token TOKEN HF_TOKEN GITHUB_TOKEN access_token
refreshToken id_token private_token AUTH_TOKEN secret SECRET_KEY client_secret clientSecret AWS_SECRET_ACCESS_KEY
AWS_ACCESS_KEY_ID password PASSWORD db_password dbPassword PGPASSWORD passwd passphrase MYSQL_PWD credential
credentials GOOGLE_APPLICATION_CREDENTIALS auth basic_auth authorization private_key privateKey SSH_PRIVATE_KEY
session_key signing_key encryption_key bearer jwt cookie GITHUB_TOKEN_1 secret_value storage.account_key
registry_key AZURE_STORAGE_CONNECTIONSTRING
"""
ORDINARY = """
num_tokens n_tokens tokens max_tokens max_new_tokens tokens_per_second use_cls_token cls_token pad_token
pad_token_id eos_token bos_token unk_token mask_token special_tokens token_type_ids token_dim tokenizer
TOKENIZERS_PARALLELISM keyboard key key_dim num_keys key_padding_mask keys monkey secretary author authors
authority PWD OLDPWD passes bypass compass passive password_length use_auth auth_type auth_method SSH_AUTH_SOCK
token_url token_path secret_name image_token num_register_tokens lr batch_size seed PATH HOME public_key
primary_key foreign_key sort_key partition_key dist_token new_token has_password prefix_token global_token
n_class_token turkey model.use_auth conf.yaml:db.has_password max_key_length tokens_seen
credentials_file sigma design signal
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_secret(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize("name", ORDINARY.split())
def test_ordinary(name: str) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize("name", ["", "_", "123", "--", "é", "a" * 10_000])
def test_odd_names_are_no_trouble(name: str) -> None:
    assert not is_secret_name(name)
