"""Conditions as public rule sets write them, all of them meant as they stand, one a line."""

from __future__ import annotations

_LINES = r"""
up == 0
sum by (job) (up) < 1
absent(up{job="prometheus"} == 1)
absent(prometheus_build_info)
vector(1)
count by (job) (up == 0) / count by (job) (up) > 0.1
100 * (count(up == 0) by (job, namespace, service) / count(up) by (job, namespace, service)) > 10
prometheus_config_last_reload_successful != 1
changes(process_start_time_seconds{job=~"prometheus|alertmanager"}[15m]) > 2
increase(prometheus_rule_evaluation_failures_total[3m]) > 0
rate(prometheus_tsdb_compactions_failed_total[5m]) > 0
node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes * 100 < 10
(node_filesystem_avail_bytes * 100) / node_filesystem_size_bytes < 10 and node_filesystem_readonly == 0
predict_linear(node_filesystem_avail_bytes{fstype!~"tmpfs"}[1h], 24 * 3600) < 0
(1 - rate(node_cpu_seconds_total{mode="idle"}[5m])) * 100 > 80
100 - (avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[2m])) * 100) > 80
node_load5 / count without (cpu, mode) (node_cpu_seconds_total{mode="system"}) > 2
node_timex_offset_seconds > 0.05 and deriv(node_timex_offset_seconds[5m]) >= 0
min_over_time(node_timex_sync_status[5m]) == 0 and node_timex_maxerror_seconds >= 16
node_hwmon_temp_celsius > 75
increase(node_vmstat_oom_kill[1m]) > 0
rate(node_vmstat_pgmajfault[5m]) > 1000
probe_success == 0
probe_http_status_code <= 199 or probe_http_status_code >= 400
probe_ssl_earliest_cert_expiry - time() < 86400 * 30
3 <= round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 20
0 <= round((last_over_time(probe_ssl_earliest_cert_expiry[10m]) - time()) / 86400, 0.1) < 3
avg_over_time(probe_duration_seconds[1m]) > 1
kube_node_status_condition{condition="Ready",status="true"} == 0
kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"} == 1
increase(kube_pod_container_status_restarts_total[1m]) > 3
max_over_time(kube_pod_container_status_waiting_reason{reason="CrashLoopBackOff"}[5m]) >= 1
sum by (namespace, pod) (kube_pod_status_phase{phase=~"Pending|Unknown|Failed"}) > 0
kube_deployment_spec_replicas != kube_deployment_status_replicas_available
(kube_deployment_spec_replicas > kube_deployment_status_replicas_available) and (changes(kube_deployment_status_replicas_updated[10m]) == 0)
kube_statefulset_status_observed_generation != kube_statefulset_metadata_generation
time() - (kube_job_status_start_time - kube_job_status_start_time{job="x"} offset 5m) > 43200
kube_persistentvolume_status_phase{phase=~"Failed|Pending",job="kube-state-metrics"} > 0
kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes * 100 < 10
sum by (cluster) (kube_node_info) > 0 and absent(kube_node_role{role="master"})
sum(increase(container_cpu_cfs_throttled_periods_total{container!=""}[5m])) by (container, pod) / sum(increase(container_cpu_cfs_periods_total[5m])) by (container, pod) > (25 / 100)
histogram_quantile(0.99, sum(rate(apiserver_request_duration_seconds_bucket{verb!~"^(?:WATCH|CONNECT)$"}[10m])) without (subresource)) > 1
sum(rate(apiserver_request_terminations_total[10m])) by (cluster) / (sum(rate(apiserver_request_total[10m])) by (cluster) + sum(rate(apiserver_request_terminations_total[10m])) by (cluster)) > 0.20
apiserver_client_certificate_expiration_seconds_count{job="apiserver"} > 0 and on (job) histogram_quantile(0.01, sum by (job, le) (rate(apiserver_client_certificate_expiration_seconds_bucket{job="apiserver"}[5m]))) < 604800
mysql_global_status_threads_connected / mysql_global_variables_max_connections * 100 > 80
rate(mysql_global_status_slow_queries[2m]) > 0
mysql_slave_status_slave_io_running == 0
redis_connected_slaves - count_over_time(redis_connected_slaves[1h]) < 1
delta(redis_connected_slaves[1m]) < 0
sum(redis_master_link_up) by (instance) < 1 or absent(redis_master_link_up)
count(redis_instance_info{role="master"}) > 1
rabbitmq_queue_messages_ready > 1000 or absent(rabbitmq_up{cluster="a"})
sum by (vhost) (rate(nginx_http_requests_total{status=~"^5.."}[1m])) / sum by (vhost) (rate(nginx_http_requests_total[1m])) * 100 > 5
elasticsearch_cluster_health_status{color="red"} == 1
elasticsearch_jvm_memory_used_bytes{area="heap"} / elasticsearch_jvm_memory_max_bytes{area="heap"} * 100 > 90
kafka_topic_partition_in_sync_replica < 3
sum by (consumergroup) (kafka_consumergroup_lag) > 10000
rate(ceph_osd_op_r_out_bytes[5m]) > 1e9
up{job="a"} == 0 unless on (instance) maintenance == 1
ALERTS{alertname="X",alertstate="firing"}
count_over_time(up[5m]) < 3
count(up{job="etcd"} == 1) < 3
max without (endpoint) (sum without (instance, pod) (up{job=~".*etcd.*"} == bool 0)) > 0
sum(up{job=~".*etcd.*"} == bool 1) without (instance) < ((count(up) without (instance) + 1) / 2)
rate(etcd_server_leader_changes_seen_total[1h]) > 3
etcd_server_has_leader == 0
time() - max(node_cron_last_success_timestamp_seconds) by (job) > 86400
hour() >= 8 and hour() < 18 and on () vector(1)
day_of_week() == 0 or day_of_week() == 6
sum(rate(x_total[5m])) == 0
x_errors_total > 0
x_errors_total unless x_errors_total offset 1h
x_total - x_total offset 1h > 100
rate(process_cpu_seconds_total[5m]) * 100 > 90
process_open_fds / process_max_fds > 0.9
go_goroutines > 1e4
increase(x_bucket{le="+Inf"}[5m]) - ignoring (le) increase(x_bucket{le="1"}[5m]) > 5
avg_over_time(up[1h]) < 0.9
avg by (job) (up) <= 0.5
min by (job) (up) == 0
group by (job) (up) unless group by (job) (up == 1)
label_replace(up, "a", "$1", "instance", "(.*):.*") == 0
scrape_duration_seconds > 10 and on (instance) up == 1
abs(x - x offset 1w) / x > 0.5
sum(a_total) / sum(b_total) > 2
sum(rate(a_failures_total[5m])) / sum(rate(a_attempts_total[5m])) > 1
rate(http_request_duration_seconds_sum[5m]) / rate(http_request_duration_seconds_count[5m]) > 2
resets(process_start_time_seconds[1h]) > 0
instance:node_cpu:ratio > 0.9
job:slo_errors_per_request:ratio_rate1h{job="x"} > (14.4 * 0.001) and job:slo_errors_per_request:ratio_rate5m{job="x"} > (14.4 * 0.001)
quantile(0.9, rate(x_total[5m])) > 5
topk(3, rate(x_total[5m])) > 5
max_over_time(rate(x_total[5m])[1h:1m]) > 10
"""  # noqa: E501 an expression a line

EXPRESSIONS = tuple(_LINES.strip().splitlines())
