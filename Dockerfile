# All images of the platform: one build, then a stage for the services (--build-arg SERVICE=order-service) and one for mops.

# What decides which libraries are fetched, and one class a package to compile, so that the compiler's plug-ins are, too.
FROM maven:3.9-eclipse-temurin-25 AS poms
WORKDIR /build
COPY . .
RUN find . -type f ! -name pom.xml ! -path '*/src/main/*/package-info.java' -delete

FROM maven:3.9-eclipse-temurin-25 AS build
WORKDIR /build
ENV MAVEN_ARGS="-B -q -Dmaven.test.skip=true -Dspotless.check.skip=true"
# Stays as it is until a pom changes.
COPY --from=poms /build ./
RUN mvn -Dspring-boot.repackage.skip=true package
COPY . .
RUN mvn package

# The service's jar in layers, what changes least first.
FROM eclipse-temurin:25-jre AS layers
ARG SERVICE
COPY --from=build /build/${SERVICE}/target/${SERVICE}.jar /service.jar
RUN java -Djarmode=tools -jar /service.jar extract --layers --destination /layers

FROM eclipse-temurin:25-jre AS service
WORKDIR /app
COPY --from=layers /layers/dependencies/ ./
COPY --from=layers /layers/snapshot-dependencies/ ./
COPY --from=layers /layers/application/ ./
COPY local-platform/src/main/resources/dev/mops/local/*.arguments ./
# The cache of loaded classes fits these very files, options and JVM, so it comes last.
RUN java @service.arguments -XX:AOTCacheOutput=app.aot @training.arguments -jar service.jar && chmod a+r app.aot
# Fewer malloc arenas: tens of megabytes less of resident memory.
ENV MALLOC_ARENA_MAX=2
USER 10001:10001
# A cache that does not fit is only slower: no reason to fail, nor to fill the log.
ENTRYPOINT ["java", "@service.arguments", "-XX:AOTCache=/app/app.aot", "-Xlog:disable", "-Xlog:all=error", "-jar", "service.jar"]

FROM eclipse-temurin:25-jre AS mops
WORKDIR /app
COPY --from=build /build/local-platform/target/mops/lib/ lib/
COPY --from=build /build/local-platform/target/mops/mops-program.jar ./
USER 10001:10001
# Its locale says ASCII, which the arrows of a trace are not.
ENTRYPOINT ["java", "-Xmx160m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8", "-jar", "mops-program.jar"]
