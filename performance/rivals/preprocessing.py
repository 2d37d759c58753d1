"""facebookresearch/dlrm's data_utils.py: raw Criteo rows to the processed npz.

One patch: NumPy >= 2 raises on hex ids above 0x7fffffff, where the original relied on their wrapping to int32.
"""

import os
import shutil
import tempfile
import types

from rival import serve, settings

with open(os.path.join(os.environ["DLRM_SOURCE"], "data_utils.py")) as file:
    source = file.read()
wrapping = "lambda x: (int(x, 16) + 2**31) % 2**32 - 2**31, line[14:]"
assert source.count("lambda x: int(x, 16), line[14:]") == 1
data_utils = types.ModuleType("data_utils")
exec(source.replace("lambda x: int(x, 16), line[14:]", wrapping), data_utils.__dict__)

given = settings()


def prepare() -> str:
    folder = tempfile.mkdtemp()
    os.symlink(given["rawDataFile"], os.path.join(folder, "train.txt"))
    return folder


def preprocess(folder: str) -> None:
    data_utils.getCriteoAdData(
        os.path.join(folder, "train.txt"), "kaggleAdDisplayChallenge_processed"
    )
    shutil.rmtree(folder)


serve(preprocess, prepare)
