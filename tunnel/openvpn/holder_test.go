package openvpn

const holderVariable = "MYST_TEST_OPENVPN_HOLDER"

func holdProcess(string) {}
