"""What the steps after the gate are told: the gate's own outputs, and the spec's."""

from __future__ import annotations

from validator.report import document as doc
from validator.report import phrases


def told(summary: doc.Summary) -> dict[str, str]:
    """Name -> value; the spec's own come in place of the gate's, but for the verdict."""
    values = dict.fromkeys(("revision", "url", "tag_url", "image", "digest", "commit"), "")
    if main := phrases.main(summary):
        values |= {
            "revision": main["revision"],
            "url": main["url"],
            "tag_url": main["tag_url"],
            "image": main["image"],
            "digest": main["image"].partition("@")[2],
            "commit": main["origin"]["commit"],
        }
    return {"verdict": str(summary["verdict"]), **values, **{own["name"]: own["value"] for own in summary["outputs"]}}
