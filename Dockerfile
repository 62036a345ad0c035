# Node 20 is the oldest version that TickQL supports, but it no longer receives security fixes. Debian rather than
# Alpine, since Node's builds for musl are experimental.
FROM node:24.21-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# No package needs its install script, so none runs.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24.21-bookworm-slim AS modules
WORKDIR /app
COPY package.json package-lock.json ./
# The server loads only the ES modules of ccxt, and nothing reads types or source maps at run time.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -r node_modules/ccxt/dist \
  && find node_modules -type f \( -name '*.d.ts' -o -name '*.d.cts' -o -name '*.d.mts' -o -name '*.map' \) -delete

FROM node:24.21-bookworm-slim
# The image needs no package manager, which would have to be kept up to date.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-*
ENV NODE_ENV=production HOST=0.0.0.0 PORT=4000
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=modules /app/node_modules node_modules
COPY --from=build /app/dist dist
# The image's user `node`, as a number, so that Kubernetes can see that it is not root. It owns no file here.
USER 1000:1000
EXPOSE 4000
HEALTHCHECK --interval=30s --timeout=3s --start-period=5s CMD ["node", "-e", "require('node:http').get({ port: process.env.PORT || 4000, path: '/health', agent: false }, (answer) => { answer.resume(); process.exitCode = answer.statusCode === 200 ? 0 : 1; }).on('error', () => { process.exitCode = 1; })"]
# No shell and no npm in between: they would not pass signals on.
CMD ["node", "dist/main.js"]
