"""Prices with the standard library alone: python3 python/prices.py kraken BTC/USD ETH/USD"""

import csv
import json
import sys
import time
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

SERVER = "http://localhost:4000"
exchange, *symbols = sys.argv[1:] or ["sim"]
symbols = symbols or ["BTC/USDT", "ETH/USDT"]

QUERY = "query ($exchange: ID!, $symbols: [String!]!) { tickers(exchange: $exchange, symbols: $symbols) { symbol last } }"
SUBSCRIPTION = """subscription ($exchange: ID!, $symbols: [String!]!) {
  tickersUpdated(exchange: $exchange, symbols: $symbols, skipUnknown: true) { symbol last stale }
}"""


def post(document, accept):
    body = json.dumps({"query": document, "variables": {"exchange": exchange, "symbols": symbols}}).encode()
    headers = {"Content-Type": "application/json", "Accept": accept}
    # The server sends something at least every 12 seconds. After 60 without it, the connection is dead.
    return urlopen(Request(f"{SERVER}/graphql", body, headers), timeout=60)


def follow():
    """Prints each event until the server ends the subscription."""
    with post(SUBSCRIPTION, "text/event-stream") as response:
        for line in response:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if "errors" in event:
                    raise OSError(event["errors"][0]["message"])
                print(event["data"]["tickersUpdated"], flush=True)


try:
    # A symbol that fails is None and has an error. The others are there.
    with post(QUERY, "application/json") as response:
        answer = json.load(response)
    print(*answer["data"]["tickers"], *(error["message"] for error in answer.get("errors", [])), sep="\n")
    with urlopen(f"{SERVER}/api/candles/{exchange}/{quote(symbols[0])}?timeframe=1h&limit=3&format=csv") as response:
        for row in csv.DictReader(line.decode() for line in response):
            print(row["datetime"], row["close"])
    while True:
        try:
            follow()
        except OSError as error:
            # Statuses below 500 would come again, and nobody reads the output if its pipe is broken.
            if isinstance(error, BrokenPipeError) or getattr(error, "code", 500) < 500:
                raise
            print(error, file=sys.stderr)
        time.sleep(2)  # The server has stopped, or the error may pass.
except OSError as error:
    sys.exit(error.read().decode() if isinstance(error, HTTPError) else str(error))
