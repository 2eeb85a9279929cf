#!/usr/bin/env bash
# Wraps the rules for the Prometheus operator; a test compares the result with what is committed.
#   deploy/alerts/wrap.sh >deploy/kubernetes/components/monitoring/prometheusrule.yaml
set -euo pipefail
cat <<'HEAD'
# Generated from deploy/alerts/presences.yaml by wrap.sh beside it: change that one.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: presences
  labels:
    app.kubernetes.io/name: presences
spec:
HEAD
sed -n '/^groups:/,$ { s/^\(.\)/  \1/; p; }' "$(dirname "$0")/presences.yaml"
