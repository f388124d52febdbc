/*
 * Copyright 2026-present the original author or authors.
 *
 * Licensed under the Apache License, Version 2.0 (the "License");
 * you may not use this file except in compliance with the License.
 * You may obtain a copy of the License at
 *
 *      https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software
 * distributed under the License is distributed on an "AS IS" BASIS,
 * WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied.
 * See the License for the specific language governing permissions and
 * limitations under the License.
 */

package io.datafast.interceptor;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;

import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.interceptor.ResultTypes.Outcome;
import io.reactivex.rxjava3.core.Completable;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Maybe;
import io.reactivex.rxjava3.core.Observable;
import io.reactivex.rxjava3.core.Single;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/**
 * What each of the methods tracks.
 */
public interface ResultTypeGoals {

	@TrackGoal(name = "string", metadata = @GoalMetadata(key = "result", expression = "#result"))
	String string(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "response", metadata = @GoalMetadata(key = "result", expression = "#result.body"))
	ResponseEntity<String> response(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "completable-future", metadata = @GoalMetadata(key = "result", expression = "#result"))
	CompletableFuture<String> completableFuture(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "completion-stage", metadata = @GoalMetadata(key = "result", expression = "#result"))
	CompletionStage<String> completionStage(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "future", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Future<String> future(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "callable", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Callable<String> callable(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "web-async-task", metadata = @GoalMetadata(key = "result", expression = "#result"))
	WebAsyncTask<String> webAsyncTask(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "deferred-result", metadata = @GoalMetadata(key = "result", expression = "#result"))
	DeferredResult<String> deferredResult(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "mono", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Mono<String> mono(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "mono-response", metadata = @GoalMetadata(key = "result", expression = "#result?.body"))
	Mono<ResponseEntity<String>> monoResponse(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "flux", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Flux<String> flux(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "publisher", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Publisher<String> publisher(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "flow-publisher", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Flow.Publisher<String> flowPublisher(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "single", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Single<String> single(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "maybe", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Maybe<String> maybe(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "completable", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Completable completable(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "observable", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Observable<String> observable(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "flowable", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Flowable<String> flowable(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "uni", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Uni<String> uni(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "multi", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Multi<String> multi(Outcome outcome, @GoalMetadata("call") String call);

	@TrackGoal(name = "any", metadata = @GoalMetadata(key = "result", expression = "#result"))
	Object any(Outcome outcome, @GoalMetadata("call") String call);

}
