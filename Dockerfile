# One image for every role; OTTLA_PROCESS_ROLES decides what a container is.
FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /src
COPY . .
RUN mvn -B -q -Pquick -Dmaven.test.skip=true package -pl controller-service,broker-service,standalone,cli -am
# Unpacked, because nested jars cannot use the JVM's class data sharing.
RUN for app in controller-service broker-service standalone; do \
      java -Djarmode=tools -jar $app/target/$app-*-exec.jar extract --destination /dist/$app && \
      mv /dist/$app/$app-*-exec.jar /dist/$app/app.jar || exit 1; \
    done && cp cli/target/cli-*-exec.jar /dist/cli.jar

FROM eclipse-temurin:25-jre
# 10001 owns the data directory, so that a new named volume belongs to it too.
RUN groupadd --gid 10001 ottla && useradd --uid 10001 --gid 10001 --no-create-home --shell /usr/sbin/nologin ottla \
    && mkdir -p /var/lib/ottla && chown 10001:10001 /var/lib/ottla
COPY --from=build /dist /opt/ottla
COPY docker/bin /opt/ottla/bin
# Each application's AOT cache belongs to exactly this JVM and these jars, so it is made here. The training run ends when the application
# context is complete: no port is bound, no quorum formed, nothing written.
RUN /opt/ottla/bin/train
ENV OTTLA_LOG_DIRS=/var/lib/ottla \
    PATH=/opt/ottla/bin:$PATH
USER 10001:10001
WORKDIR /var/lib/ottla
VOLUME /var/lib/ottla
# client, internal, management
EXPOSE 8082 9090 9091
HEALTHCHECK --interval=5s --timeout=3s --retries=6 --start-period=60s CMD ["/opt/ottla/bin/healthcheck", "readiness"]
# start replaces itself by java, so that java is process 1 and hears SIGTERM.
ENTRYPOINT ["/opt/ottla/bin/start"]
