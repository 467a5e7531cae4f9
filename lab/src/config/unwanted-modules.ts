/** Modules that need hardware, a service or a configuration the lab has not; without them the log is clean and the start quick. */
export const unwantedModules: readonly string[] = `
  chan_alsa chan_console chan_oss chan_mobile chan_dahdi chan_ooh323 chan_motif chan_iax2 chan_unistim chan_mgcp chan_skinny
  res_config_ldap res_config_odbc res_config_pgsql res_config_sqlite res_config_sqlite3 res_config_curl res_odbc
  res_odbc_transaction func_odbc res_realtime res_hep res_hep_pjsip res_hep_rtcp res_corosync res_snmp res_xmpp res_smdi
  res_adsi res_calendar res_calendar_caldav res_calendar_ews res_calendar_exchange res_calendar_icalendar res_phoneprov
  res_pjsip_phoneprov_provider res_stun_monitor res_prometheus res_statsd res_fax res_fax_spandsp res_pjsip_t38
  res_clialiases res_stir_shaken res_pjsip_stir_shaken res_geolocation res_pjsip_geolocation res_resolver_unbound res_aeap
  res_speech_aeap app_voicemail_odbc app_voicemail_imap app_amd app_festival app_alarmreceiver app_adsiprog app_getcpeid
  app_jack app_ices app_minivm app_sms app_agent_pool app_zapateller pbx_ael res_ael_share pbx_dundi pbx_lua pbx_realtime
  cdr_adaptive_odbc cdr_odbc cdr_pgsql cdr_radius cdr_tds cdr_sqlite3_custom cdr_custom cdr_csv cel_odbc cel_pgsql
  cel_radius cel_tds cel_sqlite3_custom cel_custom cel_manager res_cdrel_custom
`
  .trim()
  .split(/\s+/u);
