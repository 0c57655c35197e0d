/** The controllers: a Raft quorum that agrees on the cluster's metadata, and the decisions made by its leader. */
@NullMarked
package io.ottla.controller;

import org.jspecify.annotations.NullMarked;
