# Shorthands; each is one line over Maven or the launcher.
SEEDS ?= 1000
.PHONY: all fast check format sim golden cluster down smoke image k8s clean

all: check

fast:     ## compile and unit tests, without Error Prone and formatter
	mvn -q -Pquick test -Dottla.sim.seeds=50

check:    ## everything CI runs
	mvn verify

format:   ## rewrite all sources in the project's style
	mvn -q -Pformat process-sources

sim:      ## simulate the quorum: make sim SEEDS=10000
	mvn -q -pl cluster-tests -am test -Dtest='*SimulationTest' -Dsurefire.failIfNoSpecifiedTests=false -Dottla.sim.seeds=$(SEEDS)

golden:   ## rewrite golden files, then show what changed
	mvn -q test -Dottla.golden=update; git --no-pager diff --stat

cluster:  ## three controllers and three brokers on loopback
	./ottla up

down:     ## stop them; their data stays
	./ottla down

smoke:    ## produce, kill, verify on real processes
	mvn -q -pl cluster-tests -am verify -Dit.test=KillTheClusterIT -Dtest=none -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

image:    ## the container image
	docker build -t ottla:dev .

k8s:      ## render the Kubernetes manifests
	kubectl kustomize k8s

clean:
	mvn -q clean
	rm -rf .ottla/dist
