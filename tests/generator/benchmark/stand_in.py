"""An environment with stand-ins for the peers: their names and arguments, little else.

Each stand-in notes what it was asked for in the file that STAND_IN_NOTES names, and
prints as it goes, as the peers do.
"""

import json
import sys
import sysconfig
import venv
from pathlib import Path

from generator.benchmark.peer_environment import PEERS, PeersEnvironment, wanted

HORAMA = """
import json, os
import torch

def accentuation(objective_function, image_seed, *, total_steps, image_size,
                 model_input_size, crops_per_iteration, device):
    print("horama says hello")
    notes = {"steps": total_steps, "canvas_px": image_size, "device": device,
             "input_px": model_input_size, "crops": crops_per_iteration,
             "threads": torch.get_num_threads(), "seed": list(image_seed.shape)}
    open(os.environ["STAND_IN_NOTES"], "w").write(json.dumps(notes))
    spectrum = image_seed.clone().requires_grad_()
    optimizer = torch.optim.NAdam([spectrum], lr=0.01)
    for _ in range(total_steps):
        optimizer.zero_grad()
        side = model_input_size
        crops = spectrum[None, :, :side, :side].expand(crops_per_iteration, -1, -1, -1)
        (-objective_function(crops)).backward()
        optimizer.step()
"""

HORAMA_METHOD = """
def fa_preconditionner(spectrum, scaler, values_range, device):
    low, high = values_range
    return scaler(spectrum).clamp(0, 1) * (high - low) + low
"""

FACCENT_PARAM = """
class fourier:
    def __init__(self, init_img, img_size, device):
        assert tuple(init_img.shape[1:]) == tuple(img_size)
        self.params = init_img.clone()[None].requires_grad_()

    def params_to_img(self):
        return self.params.clamp(0, 1)
"""

FACCENT_RENDER = """
import json, os
import torch

def render_vis(network, feature, *, parameterizer, out_thresholds, inline_thresholds,
               nb_transforms, model_input_size, img_size, accent_reg_layer,
               accent_reg_alpha, progress):
    print("faccent says hello")
    notes = {"feature": feature, "crops": nb_transforms, "layer": accent_reg_layer,
             "weight": accent_reg_alpha, "input_px": model_input_size[0],
             "canvas_px": img_size[0]}
    names = [name.replace(".", "_") for name, _ in network.named_modules()]
    notes["layers"] = [name for name in (accent_reg_layer, "logits") if name in names]
    open(os.environ["STAND_IN_NOTES"], "w").write(json.dumps(notes))
    optimizer = torch.optim.Adam([parameterizer.params], lr=0.01)
    for _ in range(max(out_thresholds) + 1):
        optimizer.zero_grad()
        if not os.environ.get("STAND_IN_FORGETS"):
            (-network(parameterizer.params_to_img())[:, 0].mean()).backward()
        optimizer.step()
"""


def make_stand_ins(folder: Path) -> PeersEnvironment:
    """A finished environment, with this Python's own torch and the stand-ins."""
    venv.create(folder, with_pip=False)
    environment = PeersEnvironment(folder=folder)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder.absolute())}))
    outer = [path for path in sys.path if path.endswith("site-packages")]
    (site / "outer.pth").write_text("\n".join(outer))
    write_package(
        site, "horama", {"__init__": HORAMA, "feature_accentuation": HORAMA_METHOD}
    )
    write_package(
        site,
        "faccent",
        {"__init__": "", "param": FACCENT_PARAM, "render": FACCENT_RENDER},
    )
    environment.record.write_text(json.dumps(wanted()))
    return environment


def write_package(site: Path, name: str, modules: dict[str, str]) -> None:
    """A package and its description, as pip would leave them."""
    (site / name).mkdir()
    for module, code in modules.items():
        (site / name / f"{module}.py").write_text(code)
    described = site / f"{name}-{PEERS[name].version}.dist-info"
    described.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {PEERS[name].version}\n"
    (described / "METADATA").write_text(metadata)
