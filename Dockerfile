FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
COPY pom.xml .
COPY src src
# Tests ran before; they want Node, which this image does not have.
RUN --mount=type=cache,target=/root/.m2 mvn -B -q -DskipTests package

FROM eclipse-temurin:25-jre
COPY --from=build /build/target/millipede.jar /opt/millipede/millipede.jar

# Of no account in any image: needs no entry in /etc/passwd, and Kubernetes can tell that it is not root.
USER 10001:10001
WORKDIR /opt/millipede
EXPOSE 8000 9000

# The JRE image has neither curl nor wget, but bash opens sockets; a second JVM every 10 s would cost more than the answer is worth.
# MILLIPEDE_INTERNAL_PORT is the node's own override of internal.port; set it, not the file, to move the port.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/${MILLIPEDE_INTERNAL_PORT:-9000} && printf 'GET /health/live HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r -t 2 line <&3 && [[ $line == 'HTTP/1.1 200 '* ]]"]

# Half for the heap: the other half holds Netty's buffers, which grow with what clients have not read yet.
# Further options come from JAVA_TOOL_OPTIONS.
ENTRYPOINT ["java", "-XX:+UseCompactObjectHeaders", "-XX:MaxRAMPercentage=50", "-XX:+ExitOnOutOfMemoryError", "-jar", "/opt/millipede/millipede.jar"]
CMD ["serve", "--config", "/etc/millipede/config.json"]
