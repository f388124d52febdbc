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

import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Supplier;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.datafast.Goal;
import io.datafast.annotation.GoalMetadata;
import io.datafast.annotation.TrackGoal;
import io.datafast.annotation.VisitorId;
import io.datafast.delivery.GoalDispatcher;
import io.datafast.delivery.GoalOutcome.Dropped;
import io.datafast.delivery.GoalOutcome.Skipped;
import io.datafast.testing.DataFastContextRunners;
import io.datafast.testing.RecordedOutcomes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.aop.framework.ProxyFactoryBean;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.core.annotation.AliasFor;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the expressions of {@link TrackGoal} see, and where the annotation is found.
 */
@ExtendWith(OutputCaptureExtension.class)
class DeclarationsAndValuesTests {

	private final Queue<Goal> dispatched = new ConcurrentLinkedQueue<>();

	private RecordedOutcomes outcomes;

	private final ApplicationContextRunner runner = DataFastContextRunners.plain()
		.withPropertyValues("datafast.api-key=df_key")
		.withBean(GoalDispatcher.class, () -> this.dispatched::add);

	// Names

	@Test
	void theNamesOfTheInterfaceCount() {
		with(Orders.class, OrdersWithOtherNames::new, (orders) -> {
			orders.place(new Order("pro"), "visitor-1");
			orders.cancel(new Order("free"), "visitor-2");
			orders.returned("visitor-3", "customer-3");
		});
		assertThat(this.dispatched).containsExactly(Goal.of("placed").forVisitor("visitor-1").with("plan", "pro"),
				Goal.of("cancelled").forVisitor("visitor-2").with("plan", "free"),
				Goal.of("returned").forVisitor("visitor-3").with("customer", "customer-3"));
	}

	@Test
	void theNamesOfAGenericInterfaceCount() {
		this.runner.withBean(OrderHandler.class).run((context) -> {
			@SuppressWarnings("unchecked")
			GenericHandler<Order> handler = context.getBean(GenericHandler.class);
			handler.handle(new Order("pro"), "visitor-1");
		});
		assertThat(this.dispatched).containsExactly(Goal.of("handled").forVisitor("visitor-1").with("plan", "pro"));
	}

	@Test
	void theNamesOfASuperclassCount() {
		with(Superclass.class, Subclass::new, (bean) -> {
			bean.place(new Order("pro"), "visitor-1");
			bean.abstractly("visitor-2");
		});
		assertThat(this.dispatched).containsExactly(Goal.of("placed").forVisitor("visitor-1").with("plan", "pro"),
				Goal.of("abstractly").forVisitor("visitor-2"));
	}

	@Test
	void theNamesOfTheNearestDeclarationCount() {
		with(Orders.class, OrdersWithAnAnnotationOfTheirOwn::new,
				(orders) -> orders.place(new Order("pro"), "visitor-1"));
		assertThat(this.dispatched).containsExactly(Goal.of("placed_again").forVisitor("visitor-1"));
	}

	@Test
	void annotatedParametersOfTheInterfaceCount() {
		with(ParameterOrders.class, ParameterOrdersWithOtherNames::new, (orders) -> orders.place("pro", "visitor-1"));
		assertThat(this.dispatched).containsExactly(Goal.of("placed").forVisitor("visitor-1").with("plan", "pro"));
	}

	@Test
	void composedAnnotationsCount() {
		with(Composed.class, Composed::new, (bean) -> {
			bean.pay("visitor-1");
			bean.payNamed("visitor-2");
		});
		assertThat(this.dispatched).containsExactly(Goal.of("paid").forVisitor("visitor-1"),
				Goal.of("paid_by_card").forVisitor("visitor-2"));
	}

	// Kinds of beans

	@Test
	void prototypesAndScopedProxiesTrackOnce() {
		this.runner.withUserConfiguration(Beans.class).run((context) -> {
			context.getBean("prototype", Simple.class).call("prototype");
			context.getBean("prototype", Simple.class).call("prototype");
			context.getBean("scopedProxy", Simple.class).call("scoped-proxy");
			context.getBean("made", Simple.class).call("factory-bean");
			context.getBean("proxied", SimpleInterface.class).call("proxy-factory-bean");
			context.getBean("lambda", SimpleInterface.class).call("lambda");
		});
		assertThat(this.dispatched).extracting(Goal::visitorId)
			.containsExactly("prototype", "prototype", "scoped-proxy", "factory-bean", "proxy-factory-bean", "lambda");
	}

	@Test
	void defaultMethodsOfInterfacesTrack() {
		with(WithDefault.class, () -> new WithDefault() {
		}, (bean) -> bean.call("visitor-1"));
		assertThat(this.dispatched).containsExactly(Goal.of("default").forVisitor("visitor-1"));
	}

	@Test
	void interfacesOfInterfacesTrack() {
		with(SubInterface.class, () -> (visitor) -> {
		}, (bean) -> bean.call("visitor-1"));
		with(ThroughInterface.class, ThroughInterface::new, (bean) -> bean.call("visitor-2"));
		assertThat(this.dispatched).containsExactly(Goal.of("called").forVisitor("visitor-1"),
				Goal.of("called").forVisitor("visitor-2"));
	}

	@Test
	void allGoalsOfAMethodAreTrackedInTheirOrder() {
		with(Several.class, Several::new, (bean) -> bean.call("visitor-1", null));
		assertThat(this.dispatched).containsExactly(Goal.of("first").forVisitor("visitor-1"),
				Goal.of("third").forVisitor("visitor-1"));
		assertThat(this.outcomes.outcomes()).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
	}

	// Values

	@Test
	void mapsAreReadByKey() {
		Map<String, Object> body = new HashMap<>();
		body.put("plan", "pro");
		body.put("empty", "not a property");
		body.put("size", 7);
		body.put("nothing", null);
		body.put("nested", Map.of("city", "Berlin"));
		body.put("visitor", "visitor-1");
		with(Values.class, Values::new, (bean) -> bean.map(body));
		assertThat(this.dispatched).containsExactly(Goal.of("map")
			.forVisitor("visitor-1")
			.with("plan", "pro")
			.with("index", "pro")
			.with("empty", "not a property")
			.with("size", 7)
			.with("city", "Berlin"));
		assertThat(this.outcomes.all()).isEmpty();
	}

	@Test
	void resultsThatAreMapsAreReadByKey() {
		with(Values.class, Values::new, (bean) -> {
			bean.mapResult(Map.of("paid", true, "plan", "pro"));
			bean.mapResult(Map.of("paid", false, "plan", "pro"));
			bean.laterMapResult(Map.of("plan", "pro"));
		});
		assertThat(this.dispatched).containsExactly(Goal.of("map_result").forVisitor("v").with("plan", "pro"),
				Goal.of("later_map_result").forVisitor("v").with("plan", "pro"));
	}

	@Test
	void numbersAreWrittenInFull() {
		with(Values.class, Values::new,
				(bean) -> bean.numbers(new BigDecimal("1E+3"), new BigInteger("12345678901234567890"), 1.5));
		assertThat(this.dispatched.element().metadata()).isEqualTo(Map.of("decimal", "1000", "small", "0.0000001",
				"optional", "1000", "integer", "12345678901234567890", "double", "1.5"));
	}

	@Test
	void jsonIsWrittenAsItsText() {
		JsonNode node = JsonMapper.builder().build().readTree("{\"plan\":\"pro\",\"count\":2,\"nothing\":null}");
		com.fasterxml.jackson.databind.JsonNode node2 = JsonNodeFactory.instance.objectNode()
			.put("plan", "pro")
			.put("count", 2)
			.putNull("nothing");
		with(Values.class, Values::new, (bean) -> {
			bean.json(node);
			bean.json2(node2);
		});
		Map<String, String> expected = Map.of("plan", "pro", "count", "2");
		assertThat(this.dispatched).extracting(Goal::name).containsExactly("json", "json2");
		assertThat(this.dispatched).allSatisfy((goal) -> {
			assertThat(goal.metadata()).containsAllEntriesOf(expected);
			assertThat(goal.metadata().get("whole")).contains("\"plan\":\"pro\"");
		});
	}

	@Test
	void aVisitorMayBeJson() {
		JsonNode node = JsonMapper.builder().build().readTree("{\"visitor\":\"visitor-1\"}");
		com.fasterxml.jackson.databind.JsonNode node2 = JsonNodeFactory.instance.objectNode()
			.put("visitor", "visitor-2");
		with(Values.class, Values::new, (bean) -> {
			bean.visitor(node);
			bean.visitor(node2);
			bean.visitor(Map.of("visitor", Optional.of(node)));
		});
		assertThat(this.dispatched).containsExactly(Goal.of("visitor").forVisitor("visitor-1"),
				Goal.of("visitor").forVisitor("visitor-2"));
		assertThat(this.outcomes.outcomes()).containsExactly(new Skipped(Skipped.Reason.NO_VISITOR));
	}

	@Test
	void anEntryThatFailsIsLeftOutAlone(CapturedOutput output) {
		with(Values.class, Values::new, (bean) -> {
			bean.failing("x", null);
			bean.failing("y", null);
		});
		assertThat(this.dispatched).containsExactly(
				Goal.of("failing").forVisitor("v").with("kept", "x").with("k2", "x"),
				Goal.of("failing").forVisitor("v").with("kept", "y").with("k2", "y"));
		assertThat(this.outcomes.all()).isEmpty();
		// Each entry once.
		assertThat(output.toString().lines().filter((line) -> line.contains(" WARN "))).hasSize(2)
			.allMatch((line) -> line.contains("failing"));
	}

	@Test
	void aFailingConditionOrVisitorCostsTheGoalOnce() {
		with(Values.class, Values::new, (bean) -> {
			bean.failingCondition(null);
			assertThat(this.outcomes.outcomes()).containsExactly(new Dropped(Dropped.Reason.FAILED, null));
			bean.failingVisitor(null);
			assertThat(this.outcomes.outcomes()).containsExactly(new Dropped(Dropped.Reason.FAILED, null),
					new Dropped(Dropped.Reason.FAILED, null));
		});
		assertThat(this.dispatched).isEmpty();
	}

	@Test
	void aValueWhoseTextFailsIsLeftOutAlone() {
		with(Values.class, Values::new, (bean) -> {
			bean.unwritable(new Object() {

				@Override
				public String toString() {
					throw new IllegalStateException("on purpose");
				}

			});
			List<Object> circle = new ArrayList<>();
			circle.add(List.of(circle));
			bean.unwritable(circle);
		});
		Goal expected = Goal.of("unwritable").forVisitor("v").with("kept", "x");
		assertThat(this.dispatched).containsExactly(expected, expected);
	}

	private <T> void with(Class<T> type, Supplier<? extends T> bean, Consumer<T> test) {
		this.runner.withBean("bean", type, bean::get).run((AssertableApplicationContext context) -> {
			this.outcomes = context.getBean(RecordedOutcomes.class);
			test.accept(context.getBean(type));
		});
	}

	record Order(String plan) {

	}

	interface Orders {

		@TrackGoal(name = "placed", visitorId = "#visitor",
				metadata = @GoalMetadata(key = "plan", expression = "#order.plan"))
		void place(Order order, String visitor);

		@TrackGoal(name = "cancelled", visitorId = "#v", metadata = @GoalMetadata(key = "plan", expression = "#o.plan"))
		void cancel(Order order, String visitor);

		@TrackGoal(name = "returned", visitorId = "#visitor",
				metadata = @GoalMetadata(key = "customer", expression = "#customer"))
		default void returned(String visitor, String customer) {
		}

	}

	static class OrdersWithOtherNames implements Orders {

		@Override
		public void place(Order o, String v) {
		}

		@Override
		public void cancel(Order o, String v) {
		}

		/**
		 * The same names the other way round.
		 */
		@Override
		public void returned(String customer, String visitor) {
		}

	}

	static class OrdersWithAnAnnotationOfTheirOwn extends OrdersWithOtherNames {

		@Override
		@TrackGoal(name = "placed_again", visitorId = "#w")
		public void place(Order p, String w) {
		}

	}

	interface GenericHandler<T> {

		@TrackGoal(name = "handled", visitorId = "#visitor",
				metadata = @GoalMetadata(key = "plan", expression = "#payload.plan"))
		void handle(T payload, String visitor);

	}

	static class OrderHandler implements GenericHandler<Order> {

		@Override
		public void handle(Order order, String v) {
		}

	}

	abstract static class Superclass {

		@TrackGoal(name = "placed", visitorId = "#visitor",
				metadata = @GoalMetadata(key = "plan", expression = "#order.plan"))
		public void place(Order order, String visitor) {
		}

		@TrackGoal(name = "abstractly", visitorId = "#visitor")
		abstract void abstractly(String visitor);

	}

	static class Subclass extends Superclass {

		@Override
		public void place(Order o, String v) {
			super.place(o, v);
		}

		@Override
		void abstractly(String v) {
		}

	}

	interface ParameterOrders {

		@TrackGoal("placed")
		void place(@GoalMetadata String plan, @VisitorId String visitor);

	}

	static class ParameterOrdersWithOtherNames implements ParameterOrders {

		@Override
		public void place(String p, String v) {
		}

	}

	@TrackGoal(visitorId = "#customer")
	@Retention(RetentionPolicy.RUNTIME)
	@interface Paid {

		@AliasFor(annotation = TrackGoal.class, attribute = "name")
		String by() default "paid";

	}

	static class Composed {

		@Paid
		public void pay(String customer) {
		}

		@Paid(by = "paid_by_card")
		public void payNamed(String customer) {
		}

	}

	interface SimpleInterface {

		@TrackGoal("called")
		void call(@VisitorId String visitor);

	}

	interface SubInterface extends SimpleInterface {

	}

	static class ThroughInterface implements SubInterface {

		@Override
		public void call(String visitor) {
		}

	}

	static class Simple {

		@TrackGoal("called")
		public void call(@VisitorId String visitor) {
		}

	}

	interface WithDefault {

		@TrackGoal("default")
		default void call(@VisitorId String visitor) {
		}

	}

	static class Several {

		@TrackGoal("first")
		@TrackGoal(name = "second", condition = "#order.plan == 'pro'")
		@TrackGoal("third")
		public void call(@VisitorId String visitor, Order order) {
		}

	}

	static class Values {

		@TrackGoal(name = "map", visitorId = "#body.visitor",
				metadata = { @GoalMetadata(key = "plan", expression = "#body.plan"),
						@GoalMetadata(key = "index", expression = "#body['plan']"),
						@GoalMetadata(key = "empty", expression = "#body.empty"),
						@GoalMetadata(key = "size", expression = "#body.size"),
						@GoalMetadata(key = "missing", expression = "#body.missing"),
						@GoalMetadata(key = "nothing", expression = "#body.nothing"),
						@GoalMetadata(key = "city", expression = "#body.nested.city") })
		public void map(Map<String, Object> body) {
		}

		@TrackGoal(name = "map_result", visitorId = "'v'", condition = "#result.paid",
				metadata = @GoalMetadata(key = "plan", expression = "#result.plan"))
		public Map<String, Object> mapResult(Map<String, Object> body) {
			return body;
		}

		@TrackGoal(name = "later_map_result", visitorId = "'v'",
				metadata = @GoalMetadata(key = "plan", expression = "#result.plan"))
		public CompletableFuture<Map<String, Object>> laterMapResult(Map<String, Object> body) {
			return CompletableFuture.completedFuture(body);
		}

		@TrackGoal(name = "numbers", visitorId = "'v'",
				metadata = { @GoalMetadata(key = "small", expression = "new java.math.BigDecimal('1E-7')"),
						@GoalMetadata(key = "optional", expression = "T(java.util.Optional).of(#decimal)") })
		public void numbers(@GoalMetadata BigDecimal decimal, @GoalMetadata BigInteger integer,
				@GoalMetadata("double") double number) {
		}

		@TrackGoal(name = "json", visitorId = "'v'",
				metadata = { @GoalMetadata(key = "plan", expression = "#node.get('plan')"),
						@GoalMetadata(key = "count", expression = "#node.get('count')"),
						@GoalMetadata(key = "missing", expression = "#node.get('missing')"),
						@GoalMetadata(key = "whole", expression = "#node") })
		public void json(JsonNode node) {
		}

		@TrackGoal(name = "json2", visitorId = "'v'",
				metadata = { @GoalMetadata(key = "plan", expression = "#node.get('plan')"),
						@GoalMetadata(key = "count", expression = "#node.get('count')"),
						@GoalMetadata(key = "missing", expression = "#node.get('missing')"),
						@GoalMetadata(key = "whole", expression = "#node") })
		public void json2(com.fasterxml.jackson.databind.JsonNode node) {
		}

		@TrackGoal(name = "failing", visitorId = "'v'",
				metadata = { @GoalMetadata(key = "kept", expression = "#value"),
						@GoalMetadata(key = "lost", expression = "#value.substring(99)"),
						@GoalMetadata(key = "lost2", expression = "#order.plan"),
						@GoalMetadata(key = "k2", expression = "#value") })
		public void failing(String value, Order order) {
		}

		@TrackGoal(name = "failing_condition", visitorId = "'v'", condition = "#order.plan == 'pro'")
		public void failingCondition(Order order) {
		}

		@TrackGoal(name = "failing_visitor", visitorId = "#order.plan")
		public void failingVisitor(Order order) {
		}

		@TrackGoal(name = "visitor", visitorId = "#body.get('visitor')")
		public void visitor(Object body) {
		}

		@TrackGoal(name = "unwritable", visitorId = "'v'", metadata = @GoalMetadata(key = "kept", expression = "'x'"))
		public void unwritable(@GoalMetadata("lost") Object value) {
		}

	}

	static class SimpleFactory implements FactoryBean<Simple> {

		@Override
		public Simple getObject() {
			return new Simple();
		}

		@Override
		public Class<?> getObjectType() {
			return Simple.class;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		@Scope(BeanDefinition.SCOPE_PROTOTYPE)
		Simple prototype() {
			return new Simple();
		}

		@Bean
		@Scope(value = BeanDefinition.SCOPE_PROTOTYPE, proxyMode = ScopedProxyMode.TARGET_CLASS)
		Simple scopedProxy() {
			return new Simple();
		}

		@Bean
		SimpleFactory made() {
			return new SimpleFactory();
		}

		@Bean
		SimpleInterface lambda() {
			return (visitor) -> {
			};
		}

		@Bean
		ProxyFactoryBean proxied() throws ClassNotFoundException {
			ProxyFactoryBean factory = new ProxyFactoryBean();
			factory.setTarget((SimpleInterface) (visitor) -> {
			});
			factory.setProxyInterfaces(new Class<?>[] { SimpleInterface.class });
			return factory;
		}

	}

}
