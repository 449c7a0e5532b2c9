/**
 * A certificate for localhost that nobody vouches for, valid until 2126. Made once with
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`; its key guards nothing.
 */
export const unknownCertificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgf9oq+CeMu8rJAM2p
Wv0/JlJR86C2C44euP2qON9arwShRANCAAS6IImlOdec2VDW3n0aDDCaDoNL/acv
1PI7S+eExnbTe9bf+X2z4uRuLU7jWMPJ6N7+FeXJJsgt6sRIwgDhaaGb
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUFMKlSWjC27+Na2uws0+IzWdTyyowCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjAwMDQxM1oYDzIxMjYxMDI5
MDAwNDEzWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAS6IImlOdec2VDW3n0aDDCaDoNL/acv1PI7S+eExnbTe9bf+X2z4uRu
LU7jWMPJ6N7+FeXJJsgt6sRIwgDhaaGbo28wbTAdBgNVHQ4EFgQUCBO3Q5hC9C7k
yKZ/4VE2ZD4yp7swHwYDVR0jBBgwFoAUCBO3Q5hC9C7kyKZ/4VE2ZD4yp7swDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAMMJA0FTdtnTGLiT5l663LoXG1Lr5N918Falyr6PUYtJAiAJ
lNNXz5P/+2KELew0LSoNl8dOAYs2lfowXK1Nnux1dA==
-----END CERTIFICATE-----
`,
} as const;
