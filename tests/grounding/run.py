"""Ask a running site the questions, by the scripted assistant or by a model.

``python -m tests.grounding.run ADDRESS --folder clusters [--model-address URL --model NAME]``
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

import requests

from tests.grounding.agent import ScriptedAgent

QUESTIONS = Path(__file__).with_name("questions.json")
_MOST_CALLS = 6
_INSTRUCTIONS = (
    "Answer from the tools alone, in one short sentence, with the source and the permalink of the"
    " answer. If the data do not hold the answer, say UNKNOWN and nothing else."
)


def asking(address: str) -> Any:
    """Return what asks the tools of a site."""

    def call(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
        return dict(
            _rpc(address, "tools/call", {"name": name, "arguments": arguments})["structuredContent"]
        )

    return call


def _rpc(address: str, method: str, params: dict[str, Any]) -> dict[str, Any]:
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    answer = requests.post(f"{address.rstrip('/')}/mcp", json=message, timeout=60)
    answer.raise_for_status()
    return dict(answer.json()["result"])


def ask_model(address: str, place: str, model: str, question: str) -> str:
    """Return what a model behind an OpenAI-compatible address says, with the same tools."""
    tools = [
        {
            "type": "function",
            "function": {
                "name": tool["name"],
                "description": tool["description"],
                "parameters": tool["inputSchema"],
            },
        }
        for tool in _rpc(address, "tools/list", {})["tools"]
    ]
    said: list[dict[str, Any]] = [
        {"role": "system", "content": _INSTRUCTIONS},
        {"role": "user", "content": question},
    ]
    key = os.environ.get("GROUNDING_API_KEY", "none")
    for _ in range(_MOST_CALLS):
        answer = requests.post(
            f"{place.rstrip('/')}/chat/completions",
            json={"model": model, "messages": said, "tools": tools},
            headers={"Authorization": f"Bearer {key}"},
            timeout=300,
        )
        answer.raise_for_status()
        message = answer.json()["choices"][0]["message"]
        said.append(message)
        if not message.get("tool_calls"):
            return str(message.get("content") or "")
        for wanted in message["tool_calls"]:
            arguments = json.loads(wanted["function"]["arguments"] or "{}")
            found = asking(address)(wanted["function"]["name"], arguments)
            content = json.dumps(found, ensure_ascii=False)
            said.append({"role": "tool", "tool_call_id": wanted["id"], "content": content})
    return ""


def is_right(expected: str | None, said: str) -> bool:
    """Tell whether an answer holds what is expected, or is silent where nothing is."""
    return "UNKNOWN" in said if expected is None else expected in said


def _run() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--model-address", default="")
    parser.add_argument("--model", default="")
    options = parser.parse_args()
    listed = json.loads(options.questions.read_text(encoding="utf-8"))[options.folder]
    right = 0
    for each in listed:
        if options.model_address:
            said = ask_model(
                options.address, options.model_address, options.model, each["question"]
            )
        else:
            found = ScriptedAgent(asking(options.address)).answer(each["question"])
            said = "UNKNOWN" if found is None else " | ".join((*found.values, found.permalink))
        is_good = is_right(each["answer"], said)
        right += is_good
        sys.stdout.write(f"{'right' if is_good else 'WRONG'}: {each['question']} {said[:200]}\n")
    sys.stdout.write(f"{right} of {len(listed)}\n")
    return 0 if right == len(listed) else 1


if __name__ == "__main__":
    sys.exit(_run())
