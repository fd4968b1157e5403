// SPDX-License-Identifier: Apache-2.0
#include "CMosquitto.h"

#include <pthread.h>
#include <signal.h>

// The one call of OpenSSL that is needed. Declared here, because libssl's headers are not: the
// library itself is already loaded by libmosquitto, which links it.
extern int SSL_pending(const void *ssl);

int nhip_mosquitto_tls_pending(struct mosquitto *client) {
  const void *ssl = mosquitto_ssl_get(client);
  return ssl == NULL ? 0 : SSL_pending(ssl);
}

static pthread_once_t prepared = PTHREAD_ONCE_INIT;

static void prepare(void) {
  signal(SIGPIPE, SIG_IGN);
  mosquitto_lib_init();
}

void nhip_mosquitto_prepare(void) { pthread_once(&prepared, prepare); }

int nhip_mosquitto_secure(struct mosquitto *client, const char *username, const char *password,
                          const char *ca_path, const char *certificate_path,
                          const char *key_path) {
  int status = MOSQ_ERR_SUCCESS;
  if (username != NULL) status = mosquitto_username_pw_set(client, username, password);
  if (status != MOSQ_ERR_SUCCESS || ca_path == NULL) return status;
  status = mosquitto_tls_set(client, ca_path, NULL, certificate_path, key_path, NULL);
  if (status != MOSQ_ERR_SUCCESS) return status;
  return mosquitto_tls_opts_set(client, 1, "tlsv1.2", NULL);
}

const char *nhip_mosquitto_reason(int code) {
  switch (code) {
    case MOSQ_ERR_ERRNO:
      return "the system refused (connection refused, or name not known)";
    case MOSQ_ERR_TLS:
      return "TLS failed; check that the CA in 'tls' signed the broker's certificate, that it "
             "names this host and has not expired, and that the broker wants TLS on this port";
    default:
      return mosquitto_strerror(code);
  }
}
