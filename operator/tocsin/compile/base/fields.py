"""
Every field that Alertmanager 0.34 knows in `global` and in receivers, with its type.

Taken from its own types by reflection; the test of `tocsin.compile.base.checks` holds
it against the real loader. A field without a type is a string; `[x]` is a list, `{x}`
a mapping, `@x` another struct of this table. Fields that nothing can be said about are
`any`; `address` is an URL that may be a template, `time` a duration of Go's.
"""

from __future__ import annotations

from functools import cache

_STRUCTS = {
    "interval": """
        times:[@interval.times] weekdays:[str] days_of_month:[str] months:[str] years:[str]
        location
    """,
    "interval.times": "start_time end_time",
    "tls_config": """
        ca ca_file ca_ref cert cert_file cert_ref insecure_skip_verify:bool key key_file
        key_ref max_version min_version server_name
    """,
    "http_config.authorization": "credentials credentials_file credentials_ref type",
    "http_config.basic_auth": """
        password password_file password_ref username username_file username_ref
    """,
    "http_config.http_headers": "files:[str] secrets:[str] values:[str]",
    "http_config.oauth2": """
        audience claims:{any} client_certificate_key client_certificate_key_file
        client_certificate_key_id client_certificate_key_ref client_id client_secret
        client_secret_file client_secret_ref endpoint_params:{str} grant_type iss no_proxy
        proxy_connect_header:{[str]} proxy_from_environment:bool proxy_url scopes:[str]
        signature_algorithm tls_config:@tls_config token_url
    """,
    "http_config": """
        authorization:@http_config.authorization basic_auth:@http_config.basic_auth
        bearer_token bearer_token_file enable_http2:bool follow_redirects:bool
        http_headers:{@http_config.http_headers} no_proxy oauth2:@http_config.oauth2
        proxy_connect_header:{[str]} proxy_from_environment:bool proxy_url
        tls_config:@tls_config
    """,
    "global": """
        http_config:@http_config jira_api_url:url mattermost_webhook_url:url
        mattermost_webhook_url_file opsgenie_api_key opsgenie_api_key_file
        opsgenie_api_url:url pagerduty_url:url resolve_timeout:time
        rocketchat_api_url:url rocketchat_token rocketchat_token_file rocketchat_token_id
        rocketchat_token_id_file slack_api_url:url slack_api_url_file slack_app_token
        slack_app_token_file slack_app_url:url smtp_auth_identity smtp_auth_password
        smtp_auth_password_file smtp_auth_secret smtp_auth_secret_file smtp_auth_username
        smtp_force_implicit_tls:bool smtp_from smtp_hello smtp_require_tls:bool
        smtp_smarthost:hostport smtp_tls_config:@tls_config telegram_api_url:url
        telegram_bot_token telegram_bot_token_file victorops_api_key victorops_api_key_file
        victorops_api_url:url webex_api_url:url wechat_api_corp_id wechat_api_secret
        wechat_api_secret_file wechat_api_url:url
    """,
    "discord_configs": """
        avatar_url content http_config:@http_config message send_resolved:bool title
        username webhook_url:url webhook_url_file
    """,
    "email.threading": "enabled:bool thread_by_date",
    "email_configs": """
        auth_identity auth_password auth_password_file auth_secret auth_secret_file
        auth_username force_implicit_tls:bool from headers:{str} hello html require_tls:bool
        send_resolved:bool smarthost:hostport text threading:@email.threading
        tls_config:@tls_config to
    """,
    "incidentio_configs": """
        alert_source_token alert_source_token_file http_config:@http_config max_alerts:int
        send_resolved:bool timeout:time url:url url_file
    """,
    "jira.description": "enable_update:bool template",
    "jira_configs": """
        api_type api_url:url description:@jira.description fields:{any}
        http_config:@http_config issue_type labels:[str] priority project
        reopen_duration:duration reopen_transition resolve_transition send_resolved:bool
        summary:@jira.description wont_fix_resolution
    """,
    "mattermost.attachments.fields": "short:bool title value",
    "mattermost.attachments": """
        author_icon author_link author_name color fallback
        fields:[@mattermost.attachments.fields] footer footer_icon image_url pretext text
        thumb_url title title_link
    """,
    "mattermost.priority": "persistent_notifications:bool priority requested_ack:bool",
    "mattermost.props": "card",
    "mattermost_configs": """
        attachments:[@mattermost.attachments] author_icon author_link author_name channel
        color fallback fields:[@mattermost.attachments.fields] footer footer_icon
        http_config:@http_config icon_emoji icon_url image_url pretext
        priority:@mattermost.priority props:@mattermost.props send_resolved:bool text
        thumb_url title title_link type username webhook_url:url webhook_url_file
    """,
    "msteams_configs": """
        http_config:@http_config send_resolved:bool summary text title webhook_url:url
        webhook_url_file
    """,
    "msteamsv2_configs": """
        http_config:@http_config send_resolved:bool text title webhook_url:url
        webhook_url_file
    """,
    "opsgenie.responders": "id name type username",
    "opsgenie_configs": """
        actions api_key api_key_file api_url:url description details:{str} entity
        http_config:@http_config message note priority responders:[@opsgenie.responders]
        send_resolved:bool source tags update_alerts:bool
    """,
    "pagerduty.images": "alt href src",
    "pagerduty.links": "href text",
    "pagerduty_configs": """
        class client client_url component description details:{any} group
        http_config:@http_config images:[@pagerduty.images] links:[@pagerduty.links]
        routing_key routing_key_file send_resolved:bool service_key service_key_file
        severity source timeout:time url:url
    """,
    "pushover_configs": """
        device expire:time html:bool http_config:@http_config message monospace:bool
        priority retry:time send_resolved:bool sound title token token_file ttl:time
        url url_title user_key user_key_file
    """,
    "rocketchat.actions": """
        imageurl iswebview:bool msg msginchatwindow:bool msgprocessingtype text type url
        webviewheightratio
    """,
    "rocketchat_configs": """
        actions:[@rocketchat.actions] api_url:url channel color emoji
        fields:[@mattermost.attachments.fields] http_config:@http_config icon_url image_url
        link_names:bool send_resolved:bool short_fields:bool text thumb_url title title_link
        token token_file token_id token_id_file
    """,
    "slack.actions.confirm": "dismiss_text ok_text text title",
    "slack.actions": "confirm:@slack.actions.confirm name style text type url value",
    "slack_configs": """
        actions:[@slack.actions] api_url:url api_url_file app_token app_token_file
        app_url:url callback_id channel color fallback
        fields:[@mattermost.attachments.fields] footer http_config:@http_config icon_emoji
        icon_url image_url link_names:bool message_text mrkdwn_in:[str] pretext
        send_resolved:bool short_fields:bool text thumb_url timeout:time title
        title_link update_message:bool username
    """,
    "sns.sigv4": """
        access_key external_id profile region role_arn secret_key service_name
        use_fips_sts_endpoint:bool
    """,
    "sns_configs": """
        api_url attributes:{str} http_config:@http_config message phone_number
        send_resolved:bool sigv4:@sns.sigv4 subject target_arn topic_arn
        use_aws_http_client:bool
    """,
    "telegram_configs": """
        api_url:url bot_token bot_token_file chat_id:int chat_id_file
        disable_notifications:bool http_config:@http_config message message_thread_id:int
        parse_mode send_resolved:bool
    """,
    "victorops_configs": """
        api_key api_key_file api_url:url custom_fields:{str} entity_display_name
        http_config:@http_config message_type monitoring_tool routing_key send_resolved:bool
        state_message
    """,
    "webex_configs": """
        api_url:url http_config:@http_config message room_id send_resolved:bool
    """,
    "webhook_configs": """
        http_config:@http_config max_alerts:int payload:any send_resolved:bool
        timeout:time url:address url_file
    """,
    "wechat_configs": """
        agent_id api_secret api_secret_file api_url:url corp_id http_config:@http_config
        message message_type send_resolved:bool to_party to_tag to_user
    """,
}


@cache
def fields_of(struct: str) -> dict[str, str]:
    """Give the fields of a struct, by name, with the code of their type."""
    parts = (part.partition(":") for part in _STRUCTS[struct].split())
    return {name: code or "str" for name, _, code in parts}


INTEGRATIONS = tuple(name for name in _STRUCTS if name.endswith("_configs"))
"""The lists that a receiver may have."""
