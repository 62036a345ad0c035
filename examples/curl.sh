#!/bin/sh
# TickQL with curl: sh curl.sh
set -eu
server=http://localhost:4000

# GraphQL: any fields, of one market or of many, in one request.
curl -sS "$server/graphql" -H 'content-type: application/json' \
  -d '{"query":"{ tickers(exchange: \"sim\", symbols: [\"BTC/USDT\", \"ETH/USDT\"]) { symbol last stale } }"}'
echo

# REST: the same data at a URL. -f makes an error a failure; --fail-with-body also prints its sentence.
curl -sS --fail-with-body "$server/api/ticker/sim/BTC-USDT"
echo

# Candles as CSV, into a file that a spreadsheet opens.
curl -sSf "$server/api/candles/sim/BTC-USDT?timeframe=1h&limit=24&format=csv" -o candles.csv
head -n 3 candles.csv

# Candles in one POST.
curl -sS "$server/api/historical" -H 'content-type: application/json' \
  -d '{"exchange":"sim","symbol":"BTC/USDT","timeframe":"1d","limit":3,"since":"2026-01-01T00:00:00Z"}'
echo

# Live prices as server-sent events, here for three seconds. -N prints each event as it comes.
curl -sN --max-time 3 "$server/api/stream/ticker/sim/BTC-USDT" || [ $? -eq 28 ]

# A subscription of GraphQL as server-sent events.
curl -sN --max-time 3 "$server/graphql" -H 'content-type: application/json' -H 'accept: text/event-stream' \
  -d '{"query":"subscription { tickerUpdated(exchange: \"sim\", symbol: \"BTC/USDT\") { last stale } }"}' || [ $? -eq 28 ]
