package dev.millrace.workers.endpoint;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** One attempt's way along the servers. On one thread. */
public final class Visit {
    private final Endpoints endpoints;
    private final Set<Integer> left = new HashSet<>();
    private final Set<Tried> tried = new HashSet<>();
    private final List<Seat> forbidden = new ArrayList<>();

    /** A server and a key that were tried together. */
    private record Tried(int server, int key) {}

    Visit(Endpoints endpoints) {
        this.endpoints = endpoints;
    }

    /** The next seat: never the same server with the same key again. */
    public Endpoints.Place next() {
        Endpoints.Place place = endpoints.next(this);
        if (place instanceof Endpoints.Place.Free free) {
            tried.add(new Tried(free.seat().server(), free.seat().key().index()));
        }
        return place;
    }

    /** How many seats it has had. */
    public int seats() {
        return tried.size();
    }

    /** Nothing more is asked of the server in this attempt. */
    void leave(Seat seat) {
        left.add(seat.server());
    }

    /** Not allowed with this key: whether the key or the request is at fault, others will tell. */
    void forbidden(Seat seat) {
        forbidden.add(seat);
    }

    /** The request was all right, so the keys that were not allowed it are at fault. */
    void answered() {
        forbidden.forEach(Seat::refuseKey);
        forbidden.clear();
    }

    boolean hasLeft(Endpoint endpoint) {
        return left.contains(endpoint.index());
    }

    boolean hasTried(Endpoint endpoint, int key) {
        return tried.contains(new Tried(endpoint.index(), key));
    }

    Endpoints endpoints() {
        return endpoints;
    }
}
