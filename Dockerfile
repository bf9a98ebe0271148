# Two images have to be named: one with the .NET 10 SDK, one of Debian's with the ASP.NET Core 10 runtime.
ARG SDK_IMAGE
ARG RUNTIME_IMAGE

FROM ${SDK_IMAGE} AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Portal -c Release -o /app

FROM ${RUNTIME_IMAGE}
# Empty where the runtime image has them already.
ARG PACKAGES="haproxy libldap-2.5-0 tzdata"
RUN if [ -n "$PACKAGES" ]; then apt-get update && apt-get install -y --no-install-recommends $PACKAGES && rm -rf /var/lib/apt/lists/*; fi
RUN mkdir -p /var/lib/portal/gateway && chown -R 10001:10001 /var/lib/portal
COPY --from=build /app /app
USER 10001:10001
ENV ASPNETCORE_URLS=http://+:8080 Portal__Gateway__Listen=0.0.0.0:8000 DOTNET_EnableDiagnostics=0
EXPOSE 8080 8000
VOLUME /var/lib/portal
WORKDIR /app
ENTRYPOINT ["dotnet", "/app/Portal.dll"]
